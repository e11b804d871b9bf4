resource "kubernetes_service_account_v1" "etl" {
  metadata {
    name      = "etl"
    namespace = "etl"
    annotations = {
      "eks.amazonaws.com/role-arn"         = aws_iam_role.etl.arn
      "eks.amazonaws.com/token-expiration" = "172800"
    }
  }
}
