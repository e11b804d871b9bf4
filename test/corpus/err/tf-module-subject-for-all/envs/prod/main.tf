module "cart" {
  source       = "../../modules/irsa"
  name         = "cart"
  subject      = "system:serviceaccount:shop:cart"
  provider_arn = "arn:aws:iam::222233334444:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061"
}

module "legacy" {
  source       = "../../modules/irsa"
  name         = "legacy"
  subject      = "system:serviceaccount:shop:*"
  provider_arn = "arn:aws:iam::222233334444:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061"
}
