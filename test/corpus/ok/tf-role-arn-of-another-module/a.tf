resource "kubernetes_service_account_v1" "a" {
  metadata {
    name      = "a"
    namespace = "x"
    annotations = merge(var.annotations, {
      "eks.amazonaws.com/role-arn" = try(module.irsa[0].iam_role_arn, "")
    })
  }
}
resource "kubernetes_service_account_v1" "b" {
  metadata {
    name        = "b"
    namespace   = "x"
    annotations = { "eks.amazonaws.com/role-arn" = "arn:${data.aws_partition.p.partition}:iam::${local.account}:role/${var.name}" }
  }
}
resource "kubernetes_service_account_v1" "c" {
  metadata {
    name        = "c"
    namespace   = "x"
    annotations = var.enabled ? { "eks.amazonaws.com/role-arn" = data.aws_iam_role.c.arn } : {}
  }
}
