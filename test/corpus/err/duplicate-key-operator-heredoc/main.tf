resource "aws_iam_role" "cart" {
  name               = "cart"
  assume_role_policy = <<-EOT
  {
    "Version": "2012-10-17",
    "Statement": [{
      "Effect": "Allow",
      "Principal": { "Federated": "${module.eks.oidc_provider_arn}" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": { "${module.eks.oidc_provider}:sub": "system:serviceaccount:shop:cart" },
        "StringEquals": { "${module.eks.oidc_provider}:aud": "sts.amazonaws.com" }
      }
    }]
  }
  EOT
}
