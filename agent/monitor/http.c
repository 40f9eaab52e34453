// SPDX-License-Identifier: GPL-2.0-or-later
#include "http.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/watch/json.h"
#include "asset.h"
#include "route.h"

#define JSON_TYPE "application/json"
#define OPENMETRICS "application/openmetrics-text"

#define TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* Nobody else's scripts, frames or forms. */
#define CONTENT_POLICY                                              \
	"default-src 'self'; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'none'"

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static void put_header(struct MHD_Response *resp, const char *name,
		       const char *value)
{
	/* It fails without memory only; then the answer has one header less. */
	MHD_add_response_header(resp, name, value);
}

static enum MHD_Result send_response(struct MHD_Connection *c,
				     unsigned int status,
				     struct MHD_Response *resp,
				     const char *type)
{
	enum MHD_Result ret;

	if (type)
		put_header(resp, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	put_header(resp, "X-Content-Type-Options", "nosniff");
	put_header(resp, "Content-Security-Policy", CONTENT_POLICY);
	put_header(resp, "Referrer-Policy", "no-referrer");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		put_header(resp, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (status == MHD_HTTP_UNAUTHORIZED)
		put_header(resp, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
			   "Bearer realm=\"clocklink\"");
	ret = MHD_queue_response(c, status, resp);
	MHD_destroy_response(resp);
	return ret;
}

/* Takes @body, allocated; NULL: there was no memory for it. */
static enum MHD_Result send_body(struct MHD_Connection *c, unsigned int status,
				 char *body, size_t size, const char *type)
{
	struct MHD_Response *resp;

	if (!body)
		return MHD_NO;
	resp = MHD_create_response_from_buffer(size, body,
					       MHD_RESPMEM_MUST_FREE);
	if (!resp) {
		free(body);
		return MHD_NO;
	}
	put_header(resp, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return send_response(c, status, resp, type);
}

/* Takes the reference of @j. */
static enum MHD_Result send_json(struct MHD_Connection *c, unsigned int status,
				 json_t *j)
{
	char *body = json_dumps(j, JSON_COMPACT | CL_JSON_DIGITS);

	json_decref(j);
	return send_body(c, status, body, body ? strlen(body) : 0, JSON_TYPE);
}

/* What of a client's words is no text is not repeated. */
static json_t *repeat(const char *text)
{
	json_t *j = json_string(text);

	return j ? j : json_string("?");
}

static enum MHD_Result send_error(struct MHD_Connection *c, unsigned int status,
				  const char *where, const char *why)
{
	return send_json(c, status,
			 json_pack("{s:{s:i, s:o, s:s}}", "error", "code",
				   (int)status, "where", repeat(where), "text",
				   why));
}

static bool accepts_gzip(struct MHD_Connection *c)
{
	const char *accept = header(c, MHD_HTTP_HEADER_ACCEPT_ENCODING);

	/* "gzip;q=0" is what nobody sends; it gets what it does not want. */
	return accept && strcasestr(accept, "gzip");
}

static enum MHD_Result send_asset(struct MHD_Connection *c,
				  const struct cl_asset *a)
{
	const char *known = header(c, MHD_HTTP_HEADER_IF_NONE_MATCH);
	bool same = known && strstr(known, a->etag);
	bool gzip = accepts_gzip(c);
	const char *begin = gzip ? a->gzip_begin : a->begin;
	const char *end = gzip ? a->gzip_end : a->end;
	size_t size = same ? 0 : end - begin;
	struct MHD_Response *resp;

	resp = MHD_create_response_from_buffer(size, (void *)begin,
					       MHD_RESPMEM_PERSISTENT);
	if (!resp)
		return MHD_NO;
	put_header(resp, MHD_HTTP_HEADER_ETAG, a->etag);
	put_header(resp, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	put_header(resp, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	if (gzip && !same)
		put_header(resp, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	return send_response(c, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK,
			     resp, a->type);
}

/**
 * struct query - for each parameter of a query
 * @r: the request
 * @route: its route
 */
struct query {
	struct cl_request *r;
	const struct cl_route *route;
};

static enum MHD_Result take_parameter(void *cls, enum MHD_ValueKind kind,
				      const char *name, const char *value)
{
	struct query *q = cls;

	(void)kind;
	return cl_route_query(q->r, q->route, name, value) ? MHD_NO : MHD_YES;
}

static enum MHD_Result answer(struct cl_http *h, struct MHD_Connection *c,
			      const char *path)
{
	struct cl_request r = { .m = h->m, .status = MHD_HTTP_OK };
	const char *accept = header(c, MHD_HTTP_HEADER_ACCEPT);
	struct query q = { .r = &r };

	r.accept_openmetrics = accept && strstr(accept, OPENMETRICS);
	q.route = cl_route_find(&r, path);
	if (q.route) {
		cl_route_presets(&r, q.route);
		MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND,
					  take_parameter, &q);
	}
	if (!*r.why)
		q.route->run(&r);
	if (*r.why)
		return send_error(c, r.status, r.where, r.why);
	if (r.type)
		return send_body(c, r.status, r.body, r.size, r.type);
	return send_json(c, r.status, r.json);
}

/* A body, which no request here has, is not even read. */
static bool has_body(struct MHD_Connection *c)
{
	const char *length = header(c, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return header(c, MHD_HTTP_HEADER_TRANSFER_ENCODING) ||
	       (length && strcmp(length, "0"));
}

/*
 * A name of the world outside that leads here is one by which a page from there asks in
 * the name of the browser's user (DNS rebinding); who has the token may.
 */
static bool is_local_name(const char *host)
{
	size_t len = host ? strcspn(host, ":") : 0;

	if (!host || *host == '[')
		return true;
	return strspn(host, "0123456789.") == len ||
	       (len == strlen("localhost") &&
		!strncasecmp(host, "localhost", len));
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *size, void **state)
{
	const char *page = strcmp(url, "/") ? url : "/index.html";
	struct cl_http *h = cls;
	const struct cl_asset *a = cl_asset_find(page);

	(void)version;
	(void)data;
	(void)size;
	if (strcmp(method, MHD_HTTP_METHOD_GET) &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD))
		return send_error(c, MHD_HTTP_METHOD_NOT_ALLOWED, method,
				  "only GET and HEAD");
	if (has_body(c))
		return send_error(c, MHD_HTTP_BAD_REQUEST, method,
				  "a request has no body here");
	/* An answer at the first call would end the connection. */
	if (!*state) {
		*state = h;
		return MHD_YES;
	}
	/* The page itself is no secret: it has to come before it can ask for one. */
	if (!a && !cl_token_allows(h->token,
				   header(c, MHD_HTTP_HEADER_AUTHORIZATION)))
		return send_error(c, MHD_HTTP_UNAUTHORIZED, "Authorization",
				  "Bearer and the token are needed");
	if (!*h->token->text && !is_local_name(header(c, MHD_HTTP_HEADER_HOST)))
		return send_error(c, MHD_HTTP_MISDIRECTED_REQUEST, "Host",
				  "localhost or an address, or a token");
	return a ? send_asset(c, a) : answer(h, c, url);
}

/* libmicrohttpd's words about bad clients are of no use, and may be many. */
static void log_nothing(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

/**
 * cl_http_open() - begin to serve
 * @h: the server
 * @m: what is served
 * @token: what clients have to know, has to stay
 * @listener: socket that listens; owned by the server if this succeeds
 * @cert: certificates in PEM; NULL: no TLS
 * @key: private key in PEM
 *
 * Return: 0; -EINVAL if the server does not start, with TLS mostly because certificate
 * and key do not fit.
 */
int cl_http_open(struct cl_http *h, struct cl_monitor *m,
		 const struct cl_token *token, int listener, const char *cert,
		 const char *key)
{
	const struct MHD_OptionItem options[] = {
		{ MHD_OPTION_LISTEN_SOCKET, listener, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, CL_HTTP_CLIENTS, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, CL_HTTP_CLIENTS_EACH,
		  NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, CL_HTTP_MEMORY, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, CL_HTTP_IDLE_S, NULL },
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_nothing, NULL },
		/* without a certificate the list ends here */
		{ cert ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0,
		  (void *)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_VERSIONS },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned int flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG;

	if (cert)
		flags |= MHD_USE_TLS;
	h->m = m;
	h->token = token;
	h->mhd = MHD_start_daemon(flags, 0, NULL, NULL, on_request, h,
				  MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	return h->mhd ? 0 : -EINVAL;
}

/**
 * cl_http_close() - end the server
 * @h: the server
 */
void cl_http_close(struct cl_http *h)
{
	MHD_stop_daemon(h->mhd);
	h->mhd = NULL;
}

/**
 * cl_http_fd() - what to wait for
 * @h: the server
 *
 * Return: an epoll descriptor, owned by @h.
 */
int cl_http_fd(const struct cl_http *h)
{
	return MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

/**
 * cl_http_timeout_ms() - how long to wait at most
 * @h: the server
 *
 * Return: ms, -1: for ever.
 */
int cl_http_timeout_ms(const struct cl_http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(h->mhd, &ms) != MHD_YES)
		return -1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

/**
 * cl_http_run() - serve what has come
 * @h: the server
 */
void cl_http_run(struct cl_http *h)
{
	MHD_run(h->mhd);
}
