variable "provider_arn" {
  type = string
}

variable "provider_url" {
  type = string
}

resource "aws_iam_role" "reader" {
  name = "reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = var.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "${replace(var.provider_url, "https://", "")}:sub" = "system:serviceaccount:desk:reader" }
      }
    }]
  })
}
