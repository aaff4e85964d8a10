/*
 * Attributes and small macros that every module uses.
 */
#pragma once

#include <stddef.h>

#define KG_MUST_CHECK              __attribute__((warn_unused_result))
#define KG_PRINTF(format_, first_) __attribute__((format(printf, format_, first_)))
#define KG_PURE                    __attribute__((pure))

/* Runs fn_(&variable) when the variable goes out of scope. */
#define KG_CLEANUP(fn_) __attribute__((cleanup(fn_)))

/* 1 in a build with sanitizers that replace parts of the C library and need system calls of their own; gcc and clang tell it each in a way of their
 * own. */
#ifndef __has_feature
#define __has_feature(feature_) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KG_SANITIZED 1
#else
#define KG_SANITIZED 0
#endif

#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define KG_THREAD_SANITIZED 1
#else
#define KG_THREAD_SANITIZED 0
#endif

#define KG_ARRAY_LEN(array_) (sizeof(array_) / sizeof((array_)[0]))

/* The structure of type_ whose member_ `pointer_` points at. */
#define KG_CONTAINER_OF(pointer_, type_, member_) ((type_ *)(void *)((char *)(pointer_)-offsetof(type_, member_)))
