resource "kubernetes_service_account_v1" "exporter" {
  metadata {
    name      = "exporter"
    namespace = "metrics"
    annotations = {
      "eks.amazonaws.com/role-arn" = "arn:aws:sts::222233334444:assumed-role/metrics-exporter/botocore-session-1712"
    }
  }
}
