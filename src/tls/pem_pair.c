#include "kedagate/tls/pem_pair.h"

#include <openssl/crypto.h>
#include <stddef.h>

#include "kedagate/base/limits.h"

void kg_pem_pair_init(struct kg_pem_pair *pair)
{
	kg_buf_init(&pair->certificate, KG_MAX_PEM_BYTES);
	kg_buf_init(&pair->key, KG_MAX_KEY_BYTES);
}

void kg_pem_pair_release(struct kg_pem_pair *pair)
{
	if (pair->key.data != NULL)
		OPENSSL_cleanse(pair->key.data, pair->key.capacity);
	kg_buf_release(&pair->certificate);
	kg_buf_release(&pair->key);
	kg_pem_pair_init(pair);
}
