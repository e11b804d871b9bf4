module "eks" {
  source = "./eks"
}

module "irsa" {
  source       = "./irsa"
  provider_arn = module.eks.provider_arn
  provider_url = module.eks.provider_url
}
