resource "aws_iam_role" "dns" {
  name = "dns"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D" }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringEquals = { "oidc.eks.eu-west-1.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D:aud" = "sts.amazonaws.com", "oidc.eks.eu-west-1.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D:sub" = "system:serviceaccount:kube-system:external-dns" } } }] })
}
resource "helm_release" "dns" {
  name      = "external-dns"
  chart     = "external-dns"
  namespace = "dns"
  set {
    name  = "serviceAccount.name"
    value = "external-dns"
  }
  set {
    name  = "serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn"
    value = aws_iam_role.dns.arn
  }
}
