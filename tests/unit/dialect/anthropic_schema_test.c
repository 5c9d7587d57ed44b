#include "dialect/anthropic_schema.h"

#include "base/buf.h"
#include "base/json.h"

#include "../suites.h"

static void check(void (*print)(struct json_object *, struct sy_buf *), const char *in,
    const char *want)
{
	struct json_object *schema = json_tokener_parse(in);
	struct sy_buf out;

	sy_buf_init(&out, 1 << 20);
	print(schema, &out);
	CU_ASSERT_STRING_EQUAL(out.data, want);
	sy_buf_release(&out);
	json_object_put(schema);
}

static void test_input_as_it_came(void)
{
	check(sy_schema_print_input,
	    "{\"type\":\"object\",\"properties\":{\"b\":{},\"a\":{\"const\":"
	    "12345678901234567890}},\"$defs\":{\"x\":{\"type\":\"string\"}}}",
	    "{\"type\":\"object\",\"properties\":{\"b\":{},\"a\":{\"const\":"
	    "12345678901234567890}},\"$defs\":{\"x\":{\"type\":\"string\"}}}");
}

static void test_input_made_an_object(void)
{
	static const char empty[] = "{\"type\":\"object\",\"properties\":{}}";

	check(sy_schema_print_input, "null", empty);
	check(sy_schema_print_input, "{}", empty);
	check(sy_schema_print_input, "{\"properties\":{\"a\":{}}}",
	    "{\"type\":\"object\",\"properties\":{\"a\":{}}}");
	check(sy_schema_print_input,
	    "{\"$ref\":\"#/$defs/A\",\"$defs\":{\"A\":{\"type\":\"object\","
	    "\"properties\":{\"a\":{}}}}}",
	    "{\"type\":\"object\",\"properties\":{\"a\":{}},\"$defs\":{\"A\":{\"type\":\"object\","
	    "\"properties\":{\"a\":{}}}}}");
	check(sy_schema_print_input, "{\"type\":\"array\",\"items\":{}}",
	    "{\"type\":\"object\",\"properties\":{\"value\":{\"type\":\"array\",\"items\":{}}},"
	    "\"required\":[\"value\"]}");
}

/* What zod writes for a discriminated union. */
static void test_input_union(void)
{
	check(sy_schema_print_input,
	    "{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":\"a\"},"
	    "\"x\":{}},\"required\":[\"kind\",\"x\"]},{\"type\":\"object\",\"properties\":"
	    "{\"kind\":{\"const\":\"b\"},\"y\":{}},\"required\":[\"kind\"]}]}",
	    "{\"type\":\"object\",\"description\":\"The input satisfies one of these schemas: "
	    "[{\\\"type\\\":\\\"object\\\",\\\"properties\\\":{\\\"kind\\\":{\\\"const\\\":\\\"a\\\"},"
	    "\\\"x\\\":{}},\\\"required\\\":[\\\"kind\\\",\\\"x\\\"]},{\\\"type\\\":\\\"object\\\","
	    "\\\"properties\\\":{\\\"kind\\\":{\\\"const\\\":\\\"b\\\"},\\\"y\\\":{}},"
	    "\\\"required\\\":[\\\"kind\\\"]}]\",\"properties\":{\"kind\":{\"anyOf\":[{\"const\":"
	    "\"a\"},{\"const\":\"b\"}]},\"x\":{},"
	    "\"y\":{}},\"required\":[\"kind\"]}");
	check(sy_schema_print_input,
	    "{\"allOf\":[{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[\"a\"]},"
	    "{\"type\":\"object\",\"properties\":{\"b\":{}},\"required\":[\"b\"]}]}",
	    "{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{}},\"required\":[\"a\",\"b\"]}");
}

static void test_native_cleaned(void)
{
	check(sy_schema_print_native,
	    "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"string\",\"minLength\":2,"
	    "\"description\":\"A name.\"},\"t\":{\"type\":\"array\",\"prefixItems\":[{\"type\":"
	    "\"string\"},{\"type\":\"object\",\"properties\":{\"a\":{\"oneOf\":[{\"type\":"
	    "\"null\"}]}}}]},\"e\":{\"enum\":[\"x\"],\"format\":\"zip\"}},\"required\":[\"n\"],"
	    "\"additionalProperties\":true}",
	    "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"string\",\"description\":"
	    "\"A name. (minLength: 2)\"},\"t\":{\"type\":\"array\",\"items\":{\"anyOf\":"
	    "[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{\"a\":{\"anyOf\":"
	    "[{\"type\":\"null\"}]}},\"additionalProperties\":false}]}},\"e\":{\"enum\":[\"x\"],"
	    "\"description\":\"(format: \\\"zip\\\")\"}},\"required\":[\"n\"],"
	    "\"additionalProperties\":false}");
	check(sy_schema_print_native, "{\"type\":\"string\",\"pattern\":\"^(?=a)b\"}",
	    "{\"type\":\"string\",\"description\":\"(pattern: \\\"^(?=a)b\\\")\"}");
	check(sy_schema_print_native,
	    "{\"type\":\"string\",\"pattern\":\"^(?:a|b)\\\\d$\"}",
	    "{\"type\":\"string\",\"pattern\":\"^(?:a|b)\\\\d$\"}");
}

static bool native(const char *in)
{
	struct json_object *schema = json_tokener_parse(in);
	bool is = sy_schema_native(schema);

	json_object_put(schema);
	return is;
}

static void test_native_or_not(void)
{
#define IN(s) "{\"type\":\"object\",\"properties\":{\"a\":" s "}}"
	CU_ASSERT_TRUE(native(IN("{\"type\":\"string\"}")));
	CU_ASSERT_TRUE(native(
	    "{\"$defs\":{\"A\":{\"type\":\"string\"}},\"type\":\"object\","
	    "\"properties\":{\"a\":{\"$ref\":\"#/$defs/A\"},\"b\":{\"$ref\":\"#/$defs/A\"}}}"));
	CU_ASSERT_FALSE(native("null"));
	CU_ASSERT_FALSE(native("{}"));
	/* maps, of any kind */
	CU_ASSERT_FALSE(native(IN("{\"type\":\"object\",\"additionalProperties\":{}}")));
	CU_ASSERT_FALSE(native(IN("{\"type\":\"object\"}")));
	/* recursion, and references that lead out or nowhere */
	CU_ASSERT_FALSE(native(IN("{\"$ref\":\"#\"}")));
	CU_ASSERT_FALSE(
	    native("{\"$defs\":{\"A\":{\"type\":\"array\",\"items\":{\"$ref\":"
	           "\"#/$defs/A\"}}},\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":"
	           "\"#/$defs/A\"}}}"));
	CU_ASSERT_FALSE(native(IN("{\"$ref\":\"https://example.com/a.json\"}")));
	CU_ASSERT_FALSE(native(IN("{\"$ref\":\"#/$defs/None\"}")));
#undef IN
}

CU_TestInfo anthropic_schema_tests[] = {
	{ "a tool's schema as it came", test_input_as_it_came },
	{ "a tool's schema made an object", test_input_made_an_object },
	{ "combinations at the root are flattened", test_input_union },
	{ "cleaned for the native format", test_native_cleaned },
	{ "what the native format cannot say", test_native_or_not },
	CU_TEST_INFO_NULL,
};
