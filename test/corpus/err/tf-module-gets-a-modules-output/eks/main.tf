resource "aws_eks_cluster" "blue" {
  name = "blue"
}

resource "aws_iam_openid_connect_provider" "blue" {
  url            = aws_eks_cluster.blue.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

output "provider_arn" {
  value = aws_iam_openid_connect_provider.blue.arn
}

output "provider_url" {
  value = aws_iam_openid_connect_provider.blue.url
}
