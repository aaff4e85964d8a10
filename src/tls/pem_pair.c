#include "kedagate/tls/pem_pair.h"

#include "kedagate/base/limits.h"

void kg_pem_pair_init(struct kg_pem_pair *pair)
{
	kg_buf_init(&pair->certificate, KG_MAX_PEM_BYTES);
	kg_buf_init(&pair->key, KG_MAX_KEY_BYTES);
	kg_buf_keep_secret(&pair->key);
}

void kg_pem_pair_release(struct kg_pem_pair *pair)
{
	kg_buf_release(&pair->certificate);
	kg_buf_release(&pair->key);
	kg_pem_pair_init(pair);
}
