variable "subject" { type = string }
variable "provider_arn" { type = string }

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = var.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "${trimprefix(var.provider_arn, "arn:aws:iam::${var.account}:oidc-provider/")}:sub" = var.subject
        "${trimprefix(var.provider_arn, "arn:aws:iam::${var.account}:oidc-provider/")}:aud" = "sts.amazonaws.com"
      } }
    }]
  })
}
