resource "kubernetes_service_account" "a" {
  metadata {
    name = "a"
    annotations = {
      "eks.amazonaws.com/role-arn"         = "arn:aws:iam::222233334444:role/a"
      "eks.amazonaws.com/token-expiration" = 60
    }
  }
}
