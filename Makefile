# kedagate: every target a person needs. `make help` lists them.
#
# BUILD      where everything that is made goes (default build)
# SANITIZE   passed to -fsanitize= (make asan sets address,undefined in a folder of its own)

BUILD ?= build
CC ?= cc
PYTHON ?= /usr/bin/python3
SANITIZE ?=
WERROR ?= -Werror

# Lowest layer first; src/README.md has the table, hack/check-layers enforces it.
MODULES := base syntax metrics scalers model resolve rules policy admission report tls server cli

PACKAGES := libmicrohttpd gnutls openssl libcjson jansson yaml-0.1
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wstrict-prototypes -Wold-style-definition \
	-Wmissing-prototypes -Wmissing-declarations -Wredundant-decls -Wnested-externs -Wpointer-arith -Wcast-qual -Wcast-align \
	-Wwrite-strings -Wundef -Wvla -Wdouble-promotion -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference -Walloca -Wdate-time
GCC_WARNINGS := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wformat-signedness -Wjump-misses-init
IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null))
HARDENING := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fno-common -fvisibility=hidden
ifeq ($(IS_CLANG),)
WARNINGS += $(GCC_WARNINGS)
HARDENING += -ftrivial-auto-var-init=zero
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
module_objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(call module_sources,$(1)))
module_library = $(BUILD)/lib/lib$(1).a
# Highest layer first: the order the linker wants.
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
LIBRARIES := $(foreach m,$(call reverse,$(filter-out cli,$(MODULES))),$(call module_library,$(m)))

.DEFAULT_GOAL := all
.PHONY: all
all: $(BUILD)/kedagate ## build the binary (build/kedagate)

$(BUILD)/kedagate: $(call module_objects,cli) $(LIBRARIES)
	$(CC) $(ALL_LDFLAGS) -o $@ $(call module_objects,cli) $(LIBRARIES) $(PACKAGE_LIBS)

define module_rules
$(call module_library,$(1)): $(call module_objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(AR) rcsD $$@ $$^
endef
$(foreach m,$(filter-out cli,$(MODULES)),$(eval $(call module_rules,$(m))))

$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Isrc -MMD -MP -c -o $@ $<

# Objects are made anew when the flags change.
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD)
	@echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' > $@
.PHONY: FORCE
FORCE:

# Unit tests: tests/unit/<module>/test_<noun>.c, linked with the libraries of that module and the layers below it only.
UNIT_SOURCES := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(UNIT_SOURCES))
SUPPORT_OBJECTS := $(patsubst tests/support/%.c,$(BUILD)/obj/tests/support/%.o,$(sort $(wildcard tests/support/*.c)))
modules_up_to = $(if $(filter $(1),$(firstword $(2))),$(firstword $(2)),$(firstword $(2)) $(call modules_up_to,$(1),$(wordlist 2,$(words $(2)),$(2))))
libraries_for = $(foreach m,$(call reverse,$(call modules_up_to,$(1),$(filter-out cli,$(MODULES)))),$(call module_library,$(m)))

$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Isrc -Itests -MMD -MP -c -o $@ $<

define unit_rule
$(BUILD)/tests/unit/$(1)/$(2): $(BUILD)/obj/tests/unit/$(1)/$(2).o $(SUPPORT_OBJECTS) $(call libraries_for,$(1))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(PACKAGE_LIBS) -lcmocka
endef
$(foreach t,$(UNIT_SOURCES),$(eval $(call unit_rule,$(notdir $(patsubst %/,%,$(dir $(t)))),$(notdir $(t:.c=)))))

.PHONY: unit $(addprefix unit-,$(MODULES))
unit: $(UNIT_TESTS) ## build and run the unit tests (unit-MODULE for one module)
	@hack/run-unit $^
.SECONDEXPANSION:
$(addprefix unit-,$(MODULES)): unit-%: $$(filter $(BUILD)/tests/unit/$$*/%,$(UNIT_TESTS))
	@hack/run-unit $^

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BUILD)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 22

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
