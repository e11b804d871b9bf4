variable "teams" {
  type = map(object({ namespace = string, account = string }))
}

variable "cluster_name" {}

data "aws_eks_cluster" "this" {
  name = var.cluster_name
}

data "aws_iam_openid_connect_provider" "this" {
  url = data.aws_eks_cluster.this.identity[0].oidc[0].issuer
}

module "team" {
  for_each = var.teams
  source   = "../modules/team-role"

  team              = each.key
  namespace         = each.value.namespace
  account           = each.value.account
  oidc_provider_arn = data.aws_iam_openid_connect_provider.this.arn
  oidc_issuer       = trimprefix(data.aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")
}

resource "kubernetes_service_account" "team" {
  for_each = var.teams
  metadata {
    name      = each.value.account
    namespace = each.value.namespace
    annotations = {
      "eks.amazonaws.com/role-arn" = module.team[each.key].arn
    }
  }
}
