#include "sim/schema.h"

#include "../suites.h"

#include <json-c/json.h>
#include <string.h>

static void check(const char *schema, int64_t which, const char *value)
{
	struct json_object *tree = json_tokener_parse(schema);
	struct sy_buf out;

	CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
	sy_buf_init(&out, 1 << 20);
	sy_sim_schema_value(tree, which, &out);
	CU_ASSERT_STRING_EQUAL(out.data, value);
	if (strcmp(out.data, value) != 0)
		fprintf(stderr, "\n%s\n  gives %s\n", schema, out.data);
	sy_buf_release(&out);
	json_object_put(tree);
}

static void test_types(void)
{
	static const struct {
		const char *schema;
		int64_t which;
		const char *value;
	} cases[] = {
		{ "{}", 0, "{}" },
		{ "{\"type\":\"string\"}", 1, "\"text 2\"" },
		{ "{\"type\":\"string\",\"minLength\":8}", 0, "\"text 1xx\"" },
		{ "{\"type\":\"string\",\"maxLength\":2}", 0, "\"te\"" },
		{ "{\"type\":\"string\",\"format\":\"date\"}", 0, "\"2026-01-02\"" },
		{ "{\"type\":\"integer\",\"minimum\":5}", 0, "5" },
		{ "{\"type\":\"integer\",\"exclusiveMinimum\":5}", 0, "6" },
		{ "{\"type\":\"integer\",\"maximum\":-2}", 0, "-2" },
		{ "{\"type\":[\"null\",\"boolean\"]}", 0, "true" },
		{ "{\"type\":\"null\"}", 0, "null" },
		{ "{\"type\":\"ARRAY\",\"items\":{\"type\":\"STRING\"}}", 0, "[\"text 1\"]" },
		{ "{\"enum\":[\"b\",\"a\"]}", 0, "\"b\"" },
		{ "{\"const\":{\"a\":[1,2]}}", 0, "{\"a\":[1,2]}" },
		{ "{\"type\":\"array\",\"minItems\":2,\"items\":{\"type\":\"integer\"}}",
		    0, "[1,2]" },
		{ "{\"type\":\"array\",\"maxItems\":0}", 0, "[]" },
		{ "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"integer\"}]}", 0, "1" },
		{ "{\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"}}}",
		    0, "{\"a\":\"text 1\",\"b\":1}" },
		{ "{\"allOf\":[{\"properties\":{\"a\":{\"const\":1}}},"
		  "{\"properties\":{\"b\":{\"const\":2}}}],\"type\":\"object\"}",
		    0, "{\"a\":1,\"b\":2}" },
		{ "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"const\":7}}}", 0, "7" },
		{ "{\"$ref\":\"#/nowhere\"}", 0, "{}" },
		{ "{\"type\":7,\"properties\":3,\"enum\":4,\"anyOf\":5}", 0, "{}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(cases[i].schema, cases[i].which, cases[i].value);
}

/* A schema that contains itself ends, and the value is JSON of a sane size. */
static void test_recursion(void)
{
	static const char *const schemas[] = {
		"{\"$ref\":\"#\"}",
		"{\"type\":\"array\",\"minItems\":9,\"items\":{\"$ref\":\"#\"}}",
		("{\"type\":\"object\",\"required\":[\"a\",\"b\",\"c\"],\"properties\":{"
		 "\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"},\"c\":{\"$ref\":\"#\"}}}"),
	};

	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++) {
		struct json_object *tree = json_tokener_parse(schemas[i]);
		struct sy_buf out;

		sy_buf_init(&out, 1 << 20);
		sy_sim_schema_value(tree, 0, &out);
		CU_ASSERT_FALSE(out.full);
		CU_ASSERT_TRUE(out.len > 0);
		sy_buf_release(&out);
		json_object_put(tree);
	}
}

static void test_tree_of_thoughts(void)
{
	check("{\"type\":\"object\",\"required\":[\"name\",\"children\"],\"properties\":{"
	      "\"name\":{\"const\":\"n\"},"
	      "\"children\":{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}}}",
	    0,
	    "{\"name\":\"n\",\"children\":[{\"name\":\"n\",\"children\":"
	    "[{\"name\":\"n\",\"children\":[]}]}]}");
}

CU_TestInfo schema_tests[] = {
	{ "types and their bounds", test_types },
	{ "a schema that contains itself ends", test_recursion },
	{ "a tree ends in empty lists", test_tree_of_thoughts },
	CU_TEST_INFO_NULL,
};
