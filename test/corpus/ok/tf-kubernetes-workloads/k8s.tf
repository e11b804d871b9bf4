resource "kubernetes_service_account_v1" "web" {
  metadata {
    name        = "web"
    namespace   = "shop"
    annotations = { "eks.amazonaws.com/role-arn" = module.irsa.iam_role_arn }
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
      metadata { labels = { app = "web" } }
      spec {
        service_account_name = kubernetes_service_account_v1.web.metadata[0].name
        container {
          name  = "web"
          image = "web:1"
          env {
            name  = "AWS_REGION"
            value = "us-east-2"
          }
        }
      }
    }
  }
}
