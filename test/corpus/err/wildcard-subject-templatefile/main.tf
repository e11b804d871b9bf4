resource "aws_iam_role" "x" {
  name               = "x"
  assume_role_policy = templatefile("${path.module}/templates/trust.json.tftpl", { provider_arn = module.eks.oidc_provider_arn, issuer = module.eks.oidc_provider })
}
