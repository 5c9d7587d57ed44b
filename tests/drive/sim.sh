#!/bin/sh
# sim.sh - drives the simulated provider with curl through every answer and fault.
#
# Each case posts one request and looks for a pattern in what came back: headers, body, and
# curl's own verdict "[status error]" as the last line.

set -u
command -v curl >/dev/null || { echo "sim.sh: curl is missing"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'kill "$pid" 2>/dev/null; wait; rm -rf "$work"' EXIT
data=${SWITCHYARD_DATA:-${srcdir:-.}/../shared/data}

./switchyard-sim --listen 127.0.0.1:0 --port-file "$work/port" --log "$work/log" \
	--data "$data/exchanges" 2>"$work/stderr" &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -s "$work/port" ] && break
	sleep 0.1
done
[ -s "$work/port" ] || { cat "$work/stderr"; echo "sim.sh: it does not start"; exit 1; }
url=http://127.0.0.1:$(cat "$work/port")
passed=0
failed=0

# post PATH BODY [CURL OPTION...]: the answer is in $work/out.
post() {
	path=$1 body=$2
	shift 2
	printf '%s' "$body" | curl -sS -i -m 5 --data-binary @- \
		-w '\n[%{http_code} %{errormsg}]\n' "$@" "$url$path" \
		>"$work/out" 2>/dev/null
}

# has NAME PATTERN: a basic regular expression in some line of the answer.
has() {
	if grep -q -- "$2" "$work/out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1: no '$2' in:"
		sed 's/^/    /' "$work/out"
	fi
}

# lacks NAME PATTERN
lacks() {
	if grep -q -- "$2" "$work/out"; then
		failed=$((failed + 1))
		echo "FAILED: $1: '$2' in:"
		sed 's/^/    /' "$work/out"
	else
		passed=$((passed + 1))
	fi
}

# counts NAME NUMBER PATTERN: so many lines of the answer have it.
counts() {
	n=$(grep -c -- "$3" "$work/out")
	if [ "$n" -eq "$2" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1: $n lines with '$3', not $2, in:"
		sed 's/^/    /' "$work/out"
	fi
}

control() { # METHOD PATH [BODY]
	curl -sS -i -m 5 -X "$1" ${3:+--data-binary "$3"} -w '\n[%{http_code} %{errormsg}]\n' \
		"$url$2" >"$work/out" 2>/dev/null
}

user='"messages":[{"role":"user","content":"one two three"}]'
chat=/a/v1/chat/completions
messages=/a/v1/messages

chat_says() { # MODEL [MEMBERS]
	post $chat "{\"model\":\"$1\",$user${2:+,$2}}"
}
messages_says() {
	post $messages "{\"model\":\"$1\",\"max_tokens\":1000,$user${2:+,$2}}"
}
faulty() { # STEP [MEMBERS]: a stream of echo with a step of its own
	post $chat "{\"model\":\"echo\",\"stream\":true,$user${2:+,$2}}" -H "x-sim: $1"
}
faulty_whole() {
	post $chat "{\"model\":\"echo\",$user}" -H "x-sim: $1"
}

schema='{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}}}'
tools='"tools":[{"type":"function","function":{"name":"look","parameters":'$schema'}},
	{"type":"function","function":{"name":"move","parameters":'$schema'}}]'
atools='"tools":[{"name":"look","input_schema":'$schema'},{"name":"move","input_schema":'$schema'}]'
value='{"name":"text 1","age":1}'
quoted='{\\"name\\":\\"text 1\\",\\"age\\":1}'

# Answers, OpenAI.
chat_says echo
has echo '"content":"one two three"'
has echo '"usage":{"prompt_tokens":4,"completion_tokens":3,"total_tokens":7'
has echo '^content-length: '
chat_says sim/echo '"n":2'
has "echo, two choices" '"index":1,"message":.*"completion_tokens":6'
post $chat '{"model":"whatever","messages":[{"role":"assistant","content":"x"}]}'
has "any model, no user" 'Hello from the simulated provider.'
chat_says echo '"max_tokens":2'
has "max_tokens" '"content":"one two","refusal".*"finish_reason":"length"'
chat_says lorem
has lorem '"completion_tokens":40,'
chat_says json '"response_format":{"type":"json_schema","json_schema":{"name":"p","schema":'$schema'}}'
has json "\"content\":\"$(echo "$quoted" | sed 's/\\/\\\\/g')\""
chat_says tools "$tools"
has tools '"content":null.*"tool_calls":\[{"id":"call_a-[0-9]*_0_0","type":"function","function":{"name":"look"'
has tools '"finish_reason":"tool_calls"'
chat_says tools-parallel "$tools"
has tools-parallel '"name":"look".*"name":"move"'
chat_says tools-parallel "$tools,\"parallel_tool_calls\":false"
lacks "one call" '"name":"move"'
chat_says tools "$tools,\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"move\"}}"
has "forced tool" '"name":"move"'
chat_says tools "$tools,\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"fly\"}}"
has "unknown tool forced" '"param":"tool_choice"'
post $chat '{"model":"tools","messages":[{"role":"user","content":"q"},{"role":"tool","content":"21 degrees"}],'"$tools"'}'
has "tool result" 'The tool says: 21 degrees'
post $chat '{"model":"vision","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}]}]}'
has vision 'I see 1 image: image/png.'
chat_says reason
has reason '"reasoning_content":"points.*"reasoning_tokens":12'
chat_says refuse
has refuse '"content":null,"refusal":"I can.*"finish_reason":"content_filter"'

# Streams, OpenAI.
chat_says echo '"stream":true'
has stream '^content-type: text/event-stream'
counts stream 5 '^data: {'
has stream '"delta":{"role":"assistant","content":"","refusal":null}'
has stream '"delta":{"content":"two "}'
has stream '"delta":{},"logprobs":null,"finish_reason":"stop"'
has stream '^data: \[DONE\]'
lacks stream '"usage"'
chat_says echo '"stream":true,"stream_options":{"include_usage":true}'
has "usage chunk" '"choices":\[\],"usage":{"prompt_tokens":4,"completion_tokens":3'
counts "usage chunk" 5 '"usage":null'
chat_says tools-parallel "\"stream\":true,$tools"
has "streamed calls" '"tool_calls":\[{"index":1,"id":"call_a-[0-9]*_0_1","type":"function","function":{"name":"move","arguments":""}}\]'
has "streamed calls" '"tool_calls":\[{"index":1,"function":{"arguments":"'
chat_says echo '"stream":true,"n":2'
has "two choices" '"choices":\[{"index":1,"delta":{"content":"two "}'

# Anthropic.
messages_says echo
has messages '"content":\[{"type":"text","text":"one two three"}\],"stop_reason":"end_turn"'
has messages '"usage":{"input_tokens":4,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":3'
post $messages "{\"model\":\"echo\",\"max_tokens\":1,$user}"
has "max_tokens" '"text":"one"}\],"stop_reason":"max_tokens"'
messages_says tools "$atools"
has "tool_use" "{\"type\":\"tool_use\",\"id\":\"toolu_a-[0-9]*_0\",\"name\":\"look\",\"input\":$value}"
messages_says json "$atools,\"tool_choice\":{\"type\":\"tool\",\"name\":\"move\"}"
has "json by forced tool" "\"name\":\"move\",\"input\":$value"
messages_says json "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":$schema}}"
has "json by format" "\"text\":\"$(echo "$quoted" | sed 's/\\/\\\\/g')\""
post $messages '{"model":"tools","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"21"}]}],'"$atools"'}'
has "tool result" 'The tool says: 21'
messages_says refuse
has refuse '"stop_reason":"refusal","stop_sequence":null,"stop_details"'
messages_says reason '"stream":true'
counts "thinking stream" 1 '^event: message_start'
has "thinking stream" '"type":"signature_delta"'
has "thinking stream" '"type":"text_delta","text":"two "'
has "thinking stream" '"stop_reason":"end_turn".*"output_tokens":15'
counts "thinking stream" 1 '^event: message_stop'
messages_says tools "\"stream\":true,$atools"
has "tool stream" '"content_block":{"type":"tool_use","id":"toolu_a-[0-9]*_0","name":"look","input":{}}'
has "tool stream" '"type":"input_json_delta","partial_json":"{'
post /a/v1/messages/count_tokens "{\"model\":\"echo\",$user}"
has "count_tokens" '{"input_tokens":4}'
post $messages "{\"model\":\"echo\",\"max_tokens\":9,$user}" -H 'x-sim: {"cached":1,"cache_write":2}'
has "cached" '"input_tokens":1,"cache_creation_input_tokens":2,"cache_read_input_tokens":1'

# Other endpoints, and paths without v1.
post /a/embeddings '{"model":"embed","input":["a","b"],"dimensions":2}'
has embeddings '"object":"embedding","embedding":\[-\{0,1\}[01]\.[0-9,.-]*\],"index":1'
post /a/v1/embeddings '{"model":"embed","input":"a","dimensions":2,"encoding_format":"base64"}'
has "embeddings, base64" '"embedding":"[A-Za-z0-9+/]\{11\}="'
post /a/v1/completions '{"model":"echo","prompt":"one two"}'
has completions '"object":"text_completion".*"text":"one two"'
post /a/v1/completions '{"model":"echo","prompt":"one two","stream":true}'
has "completions stream" '"choices":\[{"index":0,"text":"two"'
control GET /a/v1/models
has models '{"object":"list","data":\[{"id":"echo","object":"model"'
control GET /a/v1/models/vision
has model '^{"id":"vision"'
control GET /a/v1/models/none
has "no model" '"code":"model_not_found"'

# Faults.
faulty '{"status":429,"headers":{"retry-after":"2"}}'
has status '^retry-after: 2'
has status '"code":"rate_limit_exceeded"'
faulty '{"status":400,"error":{"message":"too long","code":"context_length_exceeded"}}'
has "status with error" '^{"error":{"message":"too long","code":"context_length_exceeded"}}'
faulty '{"status":502,"body":"<html>bad</html>"}'
has "status with text" '<html>bad</html>'
post $messages "{\"model\":\"echo\",\"max_tokens\":9,$user}" -H 'x-sim: {"status":529}'
has "overloaded" '{"type":"error","error":{"type":"overloaded_error"'
faulty '{"cut_after":2}'
has "cut, abort" 'outstanding read data'
counts "cut, abort" 2 '}$'
faulty '{"cut_after":2,"cut":"clean"}'
has "cut, clean" '^\[200 \]'
counts "cut, clean" 2 '^data: '
faulty '{"cut_after":2,"cut":"reset"}'
has "cut, reset" 'reset by peer'
faulty_whole '{"cut_after":20}'
has "cut body" "bytes remaining to read"
faulty_whole '{"cut_after":20,"cut":"clean"}'
has "cut body, clean" '^{"id":"chatcmpl-a-[0-9]*"*$'
faulty '{"malformed_at":1}'
counts "malformed" 1 '\],$'
has "malformed" '^data: \[DONE\]'
faulty '{"error_at":1}'
has "error in stream" '^data: {"error":{"message":"something broke","type":"server_error"'
lacks "error in stream" 'DONE'
post $messages "{\"model\":\"echo\",\"max_tokens\":9,\"stream\":true,$user}" -H 'x-sim: {"error_at":0}'
has "error first" '^data: {"type":"error","error":{"type":"overloaded_error"'
counts "error first" 1 '^event: error'
faulty_whole '{"error_at":0,"error":{"message":"m","code":7}}'
has "error in 200" '^{"error":{"message":"m","code":7}}'
has "error in 200" '^\[200 \]'
faulty '{"no_done":true,"no_finish":true,"no_usage":true}' '"stream_options":{"include_usage":true}'
lacks "no end" 'DONE'
lacks "no finish" '"finish_reason":"'
lacks "no usage" '"usage"'
faulty '{"refuse":true}'
has refuse '^\[000 Empty reply'
faulty '{"reset":"before_headers"}'
has reset 'reset by peer'
faulty '{"slice":1}'
has slice '^data: \[DONE\]'
faulty_whole '{"slice":7,"chunked":false}'
has "slice by length" '^content-length: '
has "slice by length" '"total_tokens":7'
faulty '{"say":"other words","words":3,"cached":2}'
has say '"content":"other "'
faulty '{"headers":{"content-type":"text/html","content-length":"3"},"chunked":false}'
counts "own headers" 1 '^content-'"type: text/html"
counts "own headers" 1 '^content-length: 3'
faulty '{"delay_ms":20,"header_delay_ms":20,"event_delay_ms":5,"latency":{"median_ms":2,"sigma":0.1}}'
has delays '^data: \[DONE\]'
faulty '{"rate":200}'
has rate '^data: \[DONE\]'
post $chat "{\"model\":\"echo\",$user}" -H 'x-sim: {"stall":"before_headers"}' -m 0.3
has "stall before headers" '^\[000 .*timed out'
post $chat "{\"model\":\"echo\",\"stream\":true,$user}" -H 'x-sim: {"stall_after":0}' -m 0.3
has "stall after headers" '^\[200 .*timed out'
lacks "stall after headers" 'data:'
post $chat "{\"model\":\"echo\",\"stream\":true,$user}" -H 'x-sim: {"stall_after":2}' -m 0.3
counts "stall in stream" 2 '^data: '
faulty '{"fail_share":1,"fail_status":500}'
has fail_share '^\[500 \]'
faulty '{"slcie":1}'
has "wrong step" '"param":"x-sim.slcie"'
has "wrong step" 'did you mean slice'

# Scripts.
control PUT /_sim/script '{"sites":{"s":{"key":"sk-test-1","steps":[{"status":500},{"say":"second"}],"then":{"say":"later"}}}}'
has script '{"ok":true}'
post /s/v1/chat/completions "{\"model\":\"echo\",$user}"
has "no key" '"code":"invalid_api_key"'
post /s/v1/chat/completions "{\"model\":\"echo\",$user}" -H 'Authorization: Bearer sk-test-1' -H 'X-Client-Request-Id: req_1.2'
has "second step" second
post /s/v1/messages "{\"model\":\"echo\",\"max_tokens\":9,$user}" -H 'x-api-key: sk-test-1'
has "then" later
control GET '/_sim/attempts?site=s'
counts attempts 3 '"kind":"end"'
has attempts '"attempt":2,"site":"s","path":"/s/v1/chat/completions","model":"echo","client_request_id":"req_1.2","stream":false,"status":200,"events":1,"outcome":"whole","prompt_tokens":4,"completion_tokens":1'
control GET '/_sim/requests?site=s&last=1'
has requests '"head":"POST /s/v1/messages HTTP/1.1.*\\"max_tokens\\":9'
counts requests 1 '"head"'
control GET '/_sim/attempts?site=a'
has outcomes '"outcome":"cut"'
has outcomes '"outcome":"refused"'
has outcomes '"outcome":"client_closed"'
control PUT /_sim/site/s '{"steps":[{"status":503}]}'
post /s/v1/chat/completions "{\"model\":\"echo\",$user}"
has "site script" '^\[503 \]'
post /s/v1/chat/completions "{\"model\":\"echo\",$user}"
has "site script" '^\[200 \]'
control PUT /_sim/script '{"sites":{"s":{"steps":[{},{"cut":"x"}]}}}'
has "wrong script" '"param":"sites.s.steps\[1\].cut"'
control PUT /_sim/script '{"sites":'
has "no script" '^\[400 \]'
control GET '/_sim/attempts?site=unused'
has "unused site" '^\[\]'
control DELETE /_sim/attempts
control GET /_sim/attempts
has "cleared" '^\[\]'
control GET /_sim/healthz
has healthz '{"ok":true'
control GET /_sim/none
has "no control" '^\[404 \]'

# Bad input.
post $chat '{"model":'
has "broken JSON" '"type":"invalid_request_error","param":null,"code":null'
post $chat "{\"model\":\"echo\"}"
has "no messages" '"param":"messages","code":"missing_required_parameter"'
post $messages "{\"model\":\"echo\",$user}"
has "no max_tokens" '{"type":"error","error":{"type":"invalid_request_error"'
post /a/v1/nothing '{}'
has "no endpoint" '^\[404 \]'
post /_a/v1/models '{}'
has "wrong method" '^\[405 \]'
control GET /.../v1/models
has "wrong site" '^\[404 \]'
google() { # MEMBERS
	post /a/v1beta/models/echo:generateContent \
		"{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"one\"}]}],$1}"
}
google '"tools":[{"functionDeclarations":1}]'
has "functions that are no array" '^\[400 \]'
google '"tools":[{"functionDeclarations":[{"name":"f"}]}],
	"toolConfig":{"functionCallingConfig":{"allowedFunctionNames":[null]}}'
has "the function null" '^\[400 \]'
post $chat '{}' -H 'Content-Length: x'
has "broken length" '^\[400 \]'
post $chat '{}' -H 'Transfer-Encoding: gzip' -H 'Content-Length:'
has "unknown coding" '^\[501 \]'
post $chat '{}' -H "x-big: $(head -c 70000 /dev/zero | tr '\0' x)"
has "huge head" '^\[431 \]'
post $chat "{\"model\":\"echo\",$user}" -H 'Transfer-Encoding: chunked'
has "chunked request" '"content":"one two three"'
head -c 2000000 /dev/zero | tr '\0' x |
	sed 's/^/{"model":"vision","messages":[{"role":"user","content":"/; s/$/"}]}/' >"$work/big"
curl -sS -i -m 5 --data-binary "@$work/big" "$url$chat" >"$work/out" 2>/dev/null
has "big body, 100-continue" '"prompt_tokens":500000'

# The log: an attempt has a line at its start and one at its end.
cp "$work/log" "$work/out"
starts=$(grep -c '"kind":"start"' "$work/out")
counts "log" "$starts" '"kind":"end"'
[ "$starts" -gt 50 ] || { failed=$((failed + 1)); echo "FAILED: log: $starts starts"; }

# Recorded exchanges come back byte for byte, whole and in slices.
if [ -d "$data/exchanges" ] && command -v python3 >/dev/null; then
	python3 "${srcdir:-.}/tests/drive/sim_exchanges.py" "$url" "$data/exchanges" >"$work/out" 2>&1
	has "exchanges" '^all as recorded'
else
	echo "sim.sh: no recorded exchanges in $data (SWITCHYARD_DATA): their replay is skipped"
fi

# The manual describes every field of a step.
sim=${srcdir:-.}/fcgi/sim
for field in $(sed -n 's/^	{ "\([a-z_]*\)", read_.*/\1/p' "$sim/step.c"); do
	grep "^.It Li .*\b$field\b" "$sim/switchyard-sim.8" >"$work/out"
	has "manual, $field" "$field"
done

# It ends when told to, and what was under way has an end in the log.
curl -sS -m 5 -H 'x-sim: {"stall_after":0}' -d "{\"model\":\"echo\",$user}" "$url$chat" >/dev/null 2>&1 &
sleep 0.3
kill "$pid"
wait "$pid"
status=$?
tail -n 1 "$work/log" >"$work/out"
has "stopped" '"outcome":"stopped"'
[ $status -eq 0 ] || { failed=$((failed + 1)); echo "FAILED: it ended with $status"; }
[ "$(grep -vc 'level=info' "$work/stderr")" -eq 0 ] || { failed=$((failed + 1)); cat "$work/stderr"; }

echo "sim.sh: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
