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

resource "aws_iam_role_policy_attachment" "secrets" {
  role       = aws_iam_role.mover.name
  policy_arn = "arn:aws:iam::aws:policy/secretsmanager:ReadWrite"
}
