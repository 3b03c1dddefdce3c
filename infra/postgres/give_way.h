// Lets others go first on the processors of this machine. Internal.
#pragma once

namespace daybook::postgres {

// `backend_pid`: of a connection's process, on this machine and of a server that is ours. For as
// long as it lives it gets little more than what nobody else wants. Whoever needs what it holds, a
// page of an index or the write-ahead log, waits until it had its turn. What the system does not
// allow stays as it was. Thread-safe.
void give_way(int backend_pid);

}  // namespace daybook::postgres
