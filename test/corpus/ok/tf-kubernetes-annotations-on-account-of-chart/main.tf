resource "kubernetes_annotations" "role" {
  api_version = "v1"
  kind        = "ServiceAccount"
  metadata {
    name      = "cart"
    namespace = "shop"
  }
  annotations = {
    "eks.amazonaws.com/role-arn" : module.irsa.iam_role_arn
  }
}
