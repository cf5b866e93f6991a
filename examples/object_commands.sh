serverless-stack mb s3://my-bucket
serverless-stack cp report.pdf s3://my-bucket/reports/ --storage-class STANDARD_IA
serverless-stack cp site s3://my-bucket/site --recursive --exclude '*' --include '*.html'
serverless-stack cp logo.png s3://my-bucket --cache-control max-age=86400 --metadata by=ada
serverless-stack mv s3://my-bucket/site s3://my-bucket/archive/2026 --recursive
serverless-stack mv upload.csv s3://my-bucket/inbox/ --no-overwrite
serverless-stack cp s3://my-bucket/reports/report.pdf ./
echo "hello world" | serverless-stack cp - s3://my-bucket/hello.txt
serverless-stack cp s3://my-bucket/hello.txt -
serverless-stack sync site s3://my-bucket/site --delete --expires 2030-10-01T20:30:00Z
serverless-stack ls
serverless-stack ls s3://my-bucket/ --recursive --human-readable
serverless-stack ls s3://my-bucket/ --query 'objects[?size > `1000`].key'
serverless-stack rm s3://my-bucket/hello.txt
serverless-stack rm s3://my-bucket/archive --recursive --dry-run
serverless-stack rb s3://my-bucket --force --yes
