resource "kubernetes_annotations" "role" {
  api_version = "v1"
  kind        = "ServiceAccount"
  metadata {
    name      = "cart"
    namespace = "shop"
  }
  annotations = {
    "eks.amazonaws.com/role_arn" = "arn:aws:iam::111122223333:role/cart"
  }
}
