data "aws_caller_identity" "me" {}

module "hcp" {
  source = "./cluster"
}

resource "aws_iam_role" "crane" {
  name = "crane"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Federated = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:oidc-provider/${trimprefix(module.hcp.oidc_url, "https://")}"
      }
      Action = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${trimprefix(module.hcp.oidc_url, "https://")}:sub" = "system:serviceaccount:quay:crane"
          "${trimprefix(module.hcp.oidc_url, "https://")}:aud" = "sts.amazonaws.com"
        }
      }
    }]
  })
}
