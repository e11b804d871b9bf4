resource "aws_iam_role" "tenants" {
  name               = "tenants"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::222233334444:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:aud" = "sts.amazonaws.com"
        "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:sub" = [
          "system:serviceaccount:tenant-001:runner",
          "system:serviceaccount:tenant-002:runner",
          "system:serviceaccount:tenant-003:runner",
          "system:serviceaccount:tenant-004:runner",
          "system:serviceaccount:tenant-005:runner",
          "system:serviceaccount:tenant-006:runner",
          "system:serviceaccount:tenant-007:runner",
          "system:serviceaccount:tenant-008:runner",
          "system:serviceaccount:tenant-009:runner",
          "system:serviceaccount:tenant-010:runner",
          "system:serviceaccount:tenant-011:runner",
          "system:serviceaccount:tenant-012:runner",
          "system:serviceaccount:tenant-013:runner",
          "system:serviceaccount:tenant-014:runner",
          "system:serviceaccount:tenant-015:runner",
          "system:serviceaccount:tenant-016:runner",
          "system:serviceaccount:tenant-017:runner",
          "system:serviceaccount:tenant-018:runner",
          "system:serviceaccount:tenant-019:runner",
          "system:serviceaccount:tenant-020:runner",
          "system:serviceaccount:tenant-021:runner",
          "system:serviceaccount:tenant-022:runner",
          "system:serviceaccount:tenant-023:runner",
          "system:serviceaccount:tenant-024:runner",
          "system:serviceaccount:tenant-025:runner",
          "system:serviceaccount:tenant-026:runner",
          "system:serviceaccount:tenant-027:runner",
          "system:serviceaccount:tenant-028:runner",
          "system:serviceaccount:tenant-029:runner",
          "system:serviceaccount:tenant-030:runner",
          "system:serviceaccount:tenant-031:runner",
          "system:serviceaccount:tenant-032:runner",
          "system:serviceaccount:tenant-033:runner",
          "system:serviceaccount:tenant-034:runner",
          "system:serviceaccount:tenant-035:runner",
          "system:serviceaccount:tenant-036:runner",
          "system:serviceaccount:tenant-037:runner",
          "system:serviceaccount:tenant-038:runner",
          "system:serviceaccount:tenant-039:runner",
          "system:serviceaccount:tenant-040:runner",
          "system:serviceaccount:tenant-041:runner",
          "system:serviceaccount:tenant-042:runner",
          "system:serviceaccount:tenant-043:runner",
          "system:serviceaccount:tenant-044:runner"
        ]
      } }
    }]
  })
}
