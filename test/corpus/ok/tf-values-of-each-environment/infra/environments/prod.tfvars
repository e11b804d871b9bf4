environment       = "prod"
namespace         = "shop"
oidc_provider_arn = "arn:aws:iam::444455556666:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/9A09A3C5E7B14D6890ABCDEF12345678"
