resource "aws_eks_pod_identity_association" "nginx" {
  cluster_name         = "blue"
  namespace            = "web"
  service_account      = "nginx"
  role_arn             = "arn:aws:iam::111122223333:role/nginx"
  disable_session_tags = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::raw/*" }]
  })
}
