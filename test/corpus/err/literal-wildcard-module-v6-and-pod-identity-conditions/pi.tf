module "pi" {
  source = "terraform-aws-modules/eks-pod-identity/aws"
  name   = "agent"

  trust_policy_conditions = [
    {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = ["team-*"]
    }
  ]
}
