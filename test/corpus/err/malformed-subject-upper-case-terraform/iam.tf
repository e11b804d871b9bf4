resource "aws_iam_role" "billing" {
  name               = "billing"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724" }
      Condition = {
        StringEquals = {
          "oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724:aud" = "sts.amazonaws.com"
          "oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724:sub" = "system:serviceaccount:Billing:InvoiceApi"
        }
      }
    }]
  })
}
