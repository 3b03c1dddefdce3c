# Writes a C++ file that holds the SQL migrations and data files, so that the binary needs no path at run time.
#   cmake -DOUTPUT=file.cc -DFILES=a,b,c -P embed_files.cmake
string(REPLACE "," ";" FILES "${FILES}")
set(text "// Generated from schemas/sql. Do not edit.\n#include \"infra/postgres/embedded_files.h\"\n\n#include <array>\n\n")
string(APPEND text "namespace daybook::postgres {\nnamespace {\n\nconstexpr std::array kFiles{\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" content)
  file(SHA256 "${file}" checksum)
  string(APPEND text "    EmbeddedFile{\"${name}\", R\"daybook_sql(${content})daybook_sql\",\n                 \"${checksum}\"},\n")
endforeach()
string(APPEND text "};\n\n}  // namespace\n\nstd::span<const EmbeddedFile> embedded_files() { return kFiles; }\n\n")
string(APPEND text "}  // namespace daybook::postgres\n")
file(WRITE "${OUTPUT}" "${text}")
