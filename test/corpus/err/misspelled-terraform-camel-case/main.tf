resource "kubernetes_service_account" "dns" {
  metadata {
    name        = "external-dns"
    namespace   = "dns"
    annotations = {
      "eks.amazonaws.com/roleArn" = "arn:aws:iam::111122223333:role/dns"
    }
  }
}
