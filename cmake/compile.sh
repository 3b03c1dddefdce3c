#!/bin/sh
# Runs a compiler through ccache, so that several build folders and clones share what was compiled once. Not for
# precompiled headers: with -fpch-preprocess ccache would take the outdated one that it finds for the source of the new
# one, and give back what it once made of it.
for argument; do
  [ "$argument" != c++-header ] || exec "$@"
done
export CCACHE_BASEDIR="${0%/cmake/compile.sh}" CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
exec ccache "$@"
