resource "kubernetes_service_account_v1" "agent" {
  metadata {
    name      = "agent-1"
    namespace = "x"
  }
}
