resource "aws_iam_openid_connect_provider" "eks" {
  url            = aws_eks_cluster.blue.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}
resource "aws_iam_role" "cart" {
  name = "cart"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.eks.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "${aws_iam_openid_connect_provider.eks.url}:sub" = "system:serviceaccount:shop:cart"
        "${aws_iam_openid_connect_provider.eks.url}:aud" = "sts.amazonaws.com"
      } }
    }]
  })
}
