module "pi" {
  source = "terraform-aws-modules/eks-pod-identity/aws"
  name   = "agent"
  trust_policy_conditions = [
    { test = "ArnEquals", variable = "aws:SourceArn", values = ["arn:aws:iam::222233334444:role/blue"] }
  ]
}
