module "m" {
  source = "./m"
  ns = "Shop"
  sa = "cart"
  issuer = "oidc.eks.eu-west-1.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D"
  provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D"
}
