resource "aws_iam_role" "mover" {
  name               = "mover"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "pods.eks.amazonaws.com" }
        Action    = ["sts:AssumeRole", "sts:TagSession"]
        Condition = {
          StringEquals = {
            "aws:RequestTag/kubernetes-namespace"       = "data"
            "aws:RequestTag/kubernetes-service-account" = "mover"
          }
        }
      }
    ]
  })
}

resource "aws_eks_pod_identity_association" "mover" {
  cluster_name         = "blue"
  namespace            = "data"
  service_account      = "mover"
  role_arn             = aws_iam_role.mover.arn
  disable_session_tags = true
}
