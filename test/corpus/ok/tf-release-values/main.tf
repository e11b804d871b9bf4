locals {
  values = {
    serviceAccount = {
      create = true
      name   = "external-dns"
      annotations = {
        "eks.amazonaws.com/role-arn" = aws_iam_role.dns.arn
      }
    }
  }
}
resource "helm_release" "external_dns" {
  name      = "external-dns"
  namespace = "dns"
  values    = [yamlencode(local.values), file("${path.module}/extra.yaml")]
}
resource "helm_release" "ca" {
  name      = "cluster-autoscaler"
  namespace = "kube-system"
  values = [templatefile("${path.module}/ca.yaml.tpl", { role_arn = aws_iam_role.autoscaler.arn })]
}
resource "aws_iam_role" "dns" {
  name               = "dns"
  assume_role_policy = templatefile("${path.module}/trust.json.tpl", { provider = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678", issuer = "oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678", ns = "dns", sa = "external-dns" })
}

resource "aws_iam_role" "autoscaler" {
  name               = "autoscaler"
  assume_role_policy = templatefile("${path.module}/trust.json.tpl", { provider = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678", issuer = "oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678", ns = "kube-system", sa = "cluster-autoscaler" })
}
