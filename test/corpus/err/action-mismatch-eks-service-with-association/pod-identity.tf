data "aws_iam_policy_document" "ledger" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "ledger" {
  name               = "ledger"
  assume_role_policy = data.aws_iam_policy_document.ledger.json
}

resource "aws_eks_pod_identity_association" "ledger" {
  cluster_name    = aws_eks_cluster.this.name
  namespace       = "finance"
  service_account = "ledger"
  role_arn        = aws_iam_role.ledger.arn
}
