# kedagate: every target a person needs. `make help` lists them.
#
# BUILD      where everything that is made goes (default build)
# SANITIZE   passed to -fsanitize= (make asan sets address,undefined, make tsan thread, each in a folder of its own)
# CC         the compiler; gcc and clang both build without a warning
# V          any value: show the commands

VERSION := 0.1.0
COMMIT := $(or $(shell git rev-parse --short=12 HEAD 2>/dev/null),unknown)

BUILD ?= build
CC ?= cc
PYTHON ?= /usr/bin/python3
SANITIZE ?=
WERROR ?= -Werror
Q := $(if $(V),,@)
say = $(if $(V),,@echo '  $(1) $(2)')
JOBS ?= $(shell nproc)
# A recipe's own make runs as many jobs as there are processors, unless the caller chose a number.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))
SUBMAKE = $(MAKE) --no-print-directory $(PARALLEL)

# What scripts are told: the folder, the tools, and the flags without which a source file cannot be read.
SOURCE_FLAGS = -std=c17 -D_GNU_SOURCE -Iinclude -Isrc -I$(BUILD)/generated $(PACKAGE_CFLAGS)
export BUILD CC PYTHON SANITIZE SOURCE_FLAGS

# Lowest layer first; src/README.md has the table, hack/check-layers enforces it.
MODULES := base syntax metrics scalers model resolve rules policy admission report kube tls server cli

PACKAGES := libmicrohttpd gnutls openssl libcjson jansson yaml-0.1 libseccomp
# libcurl is loaded when it is needed (src/kube/curl.h), not linked.
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) libcurl 2>/dev/null)
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wstrict-prototypes -Wold-style-definition \
	-Wmissing-prototypes -Wmissing-declarations -Wredundant-decls -Wnested-externs -Wpointer-arith -Wcast-qual -Wcast-align \
	-Wwrite-strings -Wundef -Wvla -Wdouble-promotion -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference -Walloca -Wdate-time
GCC_WARNINGS := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wformat-signedness -Wjump-misses-init
IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null))
# Indirect jumps land where they may, returns go where they came from; each processor has its own. hack/check-binary reads all this back.
CONTROL_FLOW := $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),-fcf-protection=full,$(if $(filter aarch64%,$(shell $(CC) -dumpmachine)),-mbranch-protection=standard))
HARDENING := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection $(CONTROL_FLOW) -fno-common -fvisibility=hidden
MACROS_IN_DEBUG := -g3
ifeq ($(IS_CLANG),)
WARNINGS += $(GCC_WARNINGS)
HARDENING += -ftrivial-auto-var-init=zero
else
# What gcc does anyway: the flags go into the debug information. readelf mistakes the names of macros of DWARF 5 in a linked program.
HARDENING += -grecord-command-line
MACROS_IN_DEBUG += -fdebug-macro -gdwarf-4
endif
LINK_HARDENING := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed
ifneq ($(SANITIZE),)
HARDENING := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
LINK_HARDENING := -pie -fsanitize=$(SANITIZE)
endif

CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=c17 -D_GNU_SOURCE -Iinclude -I$(BUILD)/generated $(PACKAGE_CFLAGS) $(WARNINGS) $(WERROR) -fPIE -fno-strict-aliasing -pthread \
	$(HARDENING) $(CFLAGS)
ALL_LDFLAGS := $(LINK_HARDENING) -pthread $(LDFLAGS)

module_sources = $(sort $(wildcard src/$(1)/*.c))
MAIN_OBJECT := $(BUILD)/obj/cli/main.o
module_objects = $(filter-out $(MAIN_OBJECT),$(patsubst src/%.c,$(BUILD)/obj/%.o,$(call module_sources,$(1))))
module_library = $(BUILD)/lib/lib$(1).a
# Highest layer first: the order the linker wants.
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
LIBRARIES := $(foreach m,$(call reverse,$(MODULES)),$(call module_library,$(m)))

.DEFAULT_GOAL := all
.PHONY: all
all: $(BUILD)/kedagate ## build the binary (build/kedagate)

$(BUILD)/kedagate: $(MAIN_OBJECT) $(LIBRARIES)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PACKAGE_LIBS)

define module_rules
$(call module_library,$(1)): $(call module_objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)$(AR) rcsD $$@ $$^
endef
$(foreach m,$(MODULES),$(eval $(call module_rules,$(m))))

$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -Isrc -MMD -MP -c -o $@ $<

# Objects are made anew when the flags change.
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD)
	$(if $(PACKAGE_LIBS),,@echo 'libraries are missing; install them: hack/dependencies build' >&2; exit 1)
	@echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' > $@
.PHONY: FORCE
FORCE:

# The version is known to one file, which is made anew when it changes.
$(BUILD)/obj/cli/version.o: ALL_CFLAGS += $(MACROS_IN_DEBUG) -DKEDAGATE_VERSION='"$(VERSION)"' -DKEDAGATE_COMMIT='"$(COMMIT)"'
$(BUILD)/obj/cli/version.o: $(BUILD)/version
$(BUILD)/version: FORCE
	@mkdir -p $(BUILD)
	@echo '$(VERSION) $(COMMIT)' | cmp -s - $@ || echo '$(VERSION) $(COMMIT)' > $@

# The explanations of the rules are compiled in. Their list is a file, so that one that was removed counts as a change.
EXPLANATIONS := $(sort $(wildcard src/rules/explain/*.md))
$(call module_objects,rules): | $(BUILD)/generated/explanations.inc
$(BUILD)/generated/explanations.inc: $(EXPLANATIONS) $(BUILD)/generated/explanations.list hack/embed-explanations
	@hack/embed-explanations src/rules/explain > $@.new && mv $@.new $@
$(BUILD)/generated/explanations.list: FORCE
	@mkdir -p $(@D)
	@echo '$(EXPLANATIONS)' | cmp -s - $@ || echo '$(EXPLANATIONS)' > $@

# Test programs in C: tests/unit/<module>/test_<noun>.c is linked with the libraries of that module and of the layers below it only, so a
# layer that reaches upwards does not link; tests/cases/*.c (one program), tests/fuzz/*.c and tests/bench/*.c (a program each) get all of them.
UNIT_SOURCES := $(sort $(wildcard tests/unit/*/test_*.c))
# ThreadSanitizer calls the allocator before it can be replaced, so that mishaps, which are about memory and not threads, cannot be made under it.
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(if $(filter thread,$(SANITIZE)),$(filter-out %/test_mishaps.c,$(UNIT_SOURCES)),$(UNIT_SOURCES)))
CASE_OBJECTS := $(patsubst tests/%.c,$(BUILD)/obj/tests/%.o,$(sort $(wildcard tests/cases/*.c)))
CASE_RUNNER := $(if $(CASE_OBJECTS),$(BUILD)/tests/run-cases)
SUPPORT_LIBRARY := $(BUILD)/lib/libsupport.a
FUZZ_PROGRAMS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))
BENCH_PROGRAMS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/bench/*.c)))
modules_up_to = $(if $(2),$(firstword $(2)) $(if $(filter $(1),$(firstword $(2))),,$(call modules_up_to,$(1),$(wordlist 2,$(words $(2)),$(2)))))
libraries_for = $(foreach m,$(call reverse,$(call modules_up_to,$(1),$(MODULES))),$(call module_library,$(m)))

$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -Isrc -Itests -MMD -MP -c -o $@ $<

$(SUPPORT_LIBRARY): $(patsubst tests/%.c,$(BUILD)/obj/tests/%.o,$(sort $(wildcard tests/support/*.c)))
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $^

# A program test_mishaps.c can have its calls fail: tests/support/faults/faults.h.
FAULT_OBJECTS := $(patsubst tests/%.c,$(BUILD)/obj/tests/%.o,$(sort $(wildcard tests/support/faults/*.c)))
WRAPPED := $(addprefix kg_arena_,init alloc_from_new_block calloc grow strdup strndup printf vprintf) \
	read write open openat close fsync fchmod mkostemp rename renameat2 readlinkat inotify_init1 inotify_add_watch
FAULT_LDFLAGS := $(foreach f,$(WRAPPED),-Wl,--wrap=$(f)) -rdynamic
fault_parts = $(if $(filter test_mishaps,$(1)),$(2))

define unit_rule
$(BUILD)/tests/unit/$(1)/$(2): $(BUILD)/obj/tests/unit/$(1)/$(2).o $(call fault_parts,$(2),$(FAULT_OBJECTS)) $(SUPPORT_LIBRARY) $(call libraries_for,$(1))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_LDFLAGS) $(call fault_parts,$(2),$(FAULT_LDFLAGS)) -o $$@ $$^ $$(PACKAGE_LIBS) -lcmocka
endef
$(foreach t,$(UNIT_SOURCES),$(eval $(call unit_rule,$(notdir $(patsubst %/,%,$(dir $(t)))),$(notdir $(t:.c=)))))

# It changes files while they are read.
$(BUILD)/tests/unit/tls/test_pair_read: private ALL_LDFLAGS += -Wl,--wrap=openat

$(BUILD)/tests/run-cases: $(CASE_OBJECTS) $(SUPPORT_LIBRARY) $(LIBRARIES)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PACKAGE_LIBS)

$(BENCH_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(SUPPORT_LIBRARY) $(LIBRARIES)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PACKAGE_LIBS)

$(FUZZ_PROGRAMS): $(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(SUPPORT_LIBRARY) $(LIBRARIES)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PACKAGE_LIBS)

.PHONY: unit $(addprefix unit-,$(MODULES)) test-programs fuzz-programs bench-programs
unit: $(UNIT_TESTS) ## build and run the unit tests (unit-MODULE for one module)
	@hack/run-unit $^
$(foreach m,$(MODULES),$(eval unit-$(m): $(filter $(BUILD)/tests/unit/$(m)/%,$(UNIT_TESTS))))
$(addprefix unit-,$(MODULES)):
	@hack/run-unit $^
# What is preloaded into a whole process (tests/integration/test_faults.py). It is told apart from the sanitizers, which would have to come first.
FAULT_LIBRARY := $(if $(SANITIZE),,$(BUILD)/tests/libfaults.so)
$(BUILD)/tests/libfaults.so: tests/preload/faults.c tests/support/faults/allocations.c tests/support/faults/allocations.h
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fPIC -Itests -shared -o $@ $(filter %.c,$^)
test-programs: $(BUILD)/kedagate $(UNIT_TESTS) $(CASE_RUNNER) $(FAULT_LIBRARY)
fuzz-programs: $(FUZZ_PROGRAMS)
bench-programs: $(BUILD)/kedagate $(BENCH_PROGRAMS)

# What needs packages first installs them, then starts make anew, so that the package flags are asked for again.
.PHONY: run demo test
run: ## build, serve on 127.0.0.1:9443 and send sample reviews; serves until interrupted
demo: ## the same, and end; fails when a verdict is not the expected one
run: DEMO_FLAGS := --keep
run demo:
	@hack/dependencies demo
	+@$(SUBMAKE) all
	@KEDAGATE=$(abspath $(BUILD)/kedagate) $(PYTHON) hack/demo $(DEMO_FLAGS)
test: ## install what tests need, build, and run every suite and check
	@hack/dependencies test
	+@$(SUBMAKE) suites

# Suites, and the checks of the README and of the binary, need the build; the other checks read the source. STAGES chooses some: make suites STAGES="cases golden".
SUITES := unit cases triggers golden integration
CHECKS := layers functions style
.PHONY: suites check tidy golden-update format
suites:
	+@$(SUBMAKE) -k test-programs; hack/test --build-status $$? $(or $(STAGES),$(SUITES) readme binary $(CHECKS))
check: $(BUILD)/generated/explanations.inc ## the checks of the source: layers, functions, style, clang-tidy
	@hack/dependencies test analysis
	@hack/test $(CHECKS) tidy
tidy: $(BUILD)/generated/explanations.inc ## run clang-tidy
	@hack/dependencies analysis
	@hack/test tidy
golden-update: all ## write the golden files anew; read the difference before you commit it
	@hack/dependencies test
	@KEDAGATE_GOLDEN_UPDATE=1 hack/test golden
format: ## format the C source
	@find src include tests -name '*.[ch]' -exec clang-format -i {} +

# The suites and the fuzz targets with sanitizers, each in a build folder of its own.
.PHONY: asan tsan fuzz-smoke fuzz-long fuzz bench
asan: ## every suite under AddressSanitizer and UndefinedBehaviorSanitizer
	@hack/dependencies test
	+@$(SUBMAKE) BUILD=$(BUILD)-asan SANITIZE=address,undefined CFLAGS='-O1 -g' STAGES='$(SUITES)' suites
tsan: ## every suite under ThreadSanitizer (clang)
	@hack/dependencies test analysis
	+@$(SUBMAKE) BUILD=$(BUILD)-tsan CC=clang SANITIZE=thread CFLAGS='-O1 -g' STAGES='$(SUITES)' suites
FUZZ_BUILD = $(SUBMAKE) BUILD=$(BUILD)-fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined CFLAGS='-O1 -g' fuzz-programs
FUZZ_SECONDS ?= 20
fuzz-smoke: ## each fuzz target for 20 seconds on its corpus (FUZZ_SECONDS)
	@hack/dependencies test analysis
	+@$(FUZZ_BUILD)
	@BUILD=$(BUILD)-fuzz hack/run-fuzz --smoke $(FUZZ_SECONDS)
fuzz-long: ## each fuzz target for a quarter of an hour on every processor
	@hack/dependencies test analysis
	+@$(FUZZ_BUILD)
	@BUILD=$(BUILD)-fuzz hack/run-fuzz --long 900
fuzz: ## FUZZ=name: one fuzz target until it finds something or is interrupted
	@hack/dependencies analysis
	+@$(FUZZ_BUILD)
	@BUILD=$(BUILD)-fuzz hack/run-fuzz $(or $(FUZZ),$(error FUZZ=name is missing; tests/fuzz/fuzz_<name>.c))
bench: ## instructions, processor time and memory, against their budgets
	@hack/dependencies bench
	+@$(SUBMAKE) bench-programs
	@$(PYTHON) tests/bench/run

# A control plane of Kubernetes is built for it from Go modules, once.
.PHONY: e2e
e2e: ## kubectl and a real API server against the manifests; needs Go, and minutes the first time
	@hack/dependencies test
	+@$(SUBMAKE) all
	@KEDAGATE=$(abspath $(BUILD)/kedagate) $(PYTHON) hack/run-e2e

.PHONY: conformance
conformance: all ## CORPUS=DIR: verdicts compared with KEDA's own, scaler by scaler
	@KEDAGATE=$(abspath $(BUILD)/kedagate) $(PYTHON) hack/conformance $(or $(CORPUS),$(error CORPUS=DIR is missing; the folder with cases.jsonl and docs/))

.PHONY: image
image: ## a container image of the binary: build/kedagate-image.tar (IMAGE=NAME:TAG)
	@hack/dependencies build
	+@$(SUBMAKE) all
	@hack/image $(if $(IMAGE),--name $(IMAGE))

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan $(BUILD)-fuzz $(BUILD)-e2e

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  \1\t\2/' | expand -t 22

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
