resource "aws_iam_role" "cart" {
  name = "cart"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.blue.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "${aws_iam_openid_connect_provider.green.url}:sub" = "system:serviceaccount:shop:cart"
        "${aws_iam_openid_connect_provider.green.url}:aud" = "sts.amazonaws.com"
      } }
    }]
  })
}
resource "aws_iam_openid_connect_provider" "blue" { url = "https://oidc.eks.eu-west-1.amazonaws.com/id/0000000000000000000000000000AAAA" }
resource "aws_iam_openid_connect_provider" "green" { url = "https://oidc.eks.eu-west-1.amazonaws.com/id/0000000000000000000000000000BBBB" }
