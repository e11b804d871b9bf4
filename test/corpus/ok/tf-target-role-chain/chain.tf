resource "aws_iam_role" "source" {
  name               = "source"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "pods.eks.amazonaws.com" }
        Action    = ["sts:AssumeRole", "sts:TagSession"]
        Condition = {
          StringEquals = {
            "aws:RequestTag/kubernetes-namespace"       = "web"
            "aws:RequestTag/kubernetes-service-account" = "nginx"
          }
        }
      }
    ]
  })
}

resource "aws_iam_role" "target" {
  name = "target"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.source.arn }, Action = ["sts:AssumeRole", "sts:TagSession"] }]
  })
}

resource "aws_eks_pod_identity_association" "nginx" {
  cluster_name    = "blue"
  namespace       = "web"
  service_account = "nginx"
  role_arn        = aws_iam_role.source.arn
  target_role_arn = aws_iam_role.target.arn
}
