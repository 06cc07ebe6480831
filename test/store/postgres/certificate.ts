// For tests alone: a certificate for the name localhost, signed by itself, and its key. Made with:
// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 36500 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost

export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUcQd+gYqNrJtGqw/iyhU9ZOzatmgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE3MDEyMloYDzIxMjYxMDMw
MTcwMTIyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATgTuWkvrZcn/CHiHj71yvo7iJiM8qqwrCZsfkXx62lafnUdXn+prTp
Nu0Ep2MT8WgAm/UbR83JjcSRvG1Hxqsto2kwZzAdBgNVHQ4EFgQUesTWyg+v2O6e
MzhGqRTXcWb0RJ8wHwYDVR0jBBgwFoAUesTWyg+v2O6eMzhGqRTXcWb0RJ8wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAL6q2bGe0TQxa/StnSzL5fiaOTH/Sitn7HdnM/mW6b6iAiEA1AicUh/S
WVvXJy5sK0hb3tCK6L86jdl7Ae+JWOf3ZkA=
-----END CERTIFICATE-----
`

export const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0qgqROsXVs7SU0c9
kqdB/mwfIxzvTeTwnLnPyRsg+jmhRANCAATgTuWkvrZcn/CHiHj71yvo7iJiM8qq
wrCZsfkXx62lafnUdXn+prTpNu0Ep2MT8WgAm/UbR83JjcSRvG1Hxqst
-----END PRIVATE KEY-----
`
