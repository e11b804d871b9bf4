module "scaler" {
  source  = "./scaler"
  enabled = false
  issuer  = module.eks.oidc_provider
}
