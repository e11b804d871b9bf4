resource "aws_iam_role" "web" {
  name = "web"
  assume_role_policy = templatefile("${path.module}/trust.json.tftpl", {
    account = data.aws_caller_identity.current.account_id
    issuer  = local.issuer
    subject = "system:serviceaccount:web:nginx"
  })
}
