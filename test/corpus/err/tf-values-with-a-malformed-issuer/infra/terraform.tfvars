environment       = "prod"
namespace         = "staging"
oidc_provider_arn = "arn:aws:iam::111122223333:oidc-provider/https://oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678"
