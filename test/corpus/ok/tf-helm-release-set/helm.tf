resource "helm_release" "lb" {
  name       = "aws-load-balancer-controller"
  repository = "https://aws.github.io/eks-charts"
  chart      = "aws-load-balancer-controller"
  namespace  = "kube-system"

  set {
    name  = "serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn"
    value = module.lb_irsa.iam_role_arn
  }

  values = [yamlencode({
    serviceAccount = { annotations = { "eks.amazonaws.com/role-arn" = module.lb_irsa.iam_role_arn } }
  })]
}
