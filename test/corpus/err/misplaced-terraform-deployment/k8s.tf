resource "kubernetes_service_account_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
}

resource "kubernetes_deployment_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    selector { match_labels = { app = "web" } }
    template {
      metadata {
        labels = { app = "web" }
        annotations = {
          "eks.amazonaws.com/role-arn" = "arn:aws:iam::222233334444:role/web"
        }
      }
      spec {
        service_account_name = "web"
        container {
          name  = "web"
          image = "web:1"
        }
      }
    }
  }
}
