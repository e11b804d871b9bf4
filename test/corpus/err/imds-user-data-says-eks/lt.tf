resource "aws_launch_template" "workers" {
  name      = "workers"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh blue\n")
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 3
  }
}
