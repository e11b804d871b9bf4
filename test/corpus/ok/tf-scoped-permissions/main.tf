resource "aws_iam_role" "pod" {
  name               = "pod"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::222233334444:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061" }
      Condition = {
        StringEquals = {
          "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:aud" = "sts.amazonaws.com"
          "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:sub" = "system:serviceaccount:web:nginx"
        }
      }
    }]
  })
}

data "aws_iam_policy_document" "pod" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.raw.arn]
  }
  statement {
    actions   = ["s3:GetObject", "s3:PutObject*"]
    resources = ["${aws_s3_bucket.raw.arn}/*"]
  }
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.db.arn]
  }
  statement {
    actions   = ["ec2:Describe*"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "pod" {
  role   = aws_iam_role.pod.id
  policy = data.aws_iam_policy_document.pod.json
}

resource "aws_iam_role_policy_attachment" "ro" {
  role       = aws_iam_role.pod.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_iam_role_policy_attachment" "cn" {
  role       = aws_iam_role.pod.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonS3ReadOnlyAccess"
}
