use super::Shard;
use super::connection::Channel;
use super::inbox::Settled;
use crate::metrics::Reason;

impl Shard {
    /// Notes what the log did with records and collects the answers that may leave.
    pub(super) fn settle(&mut self, settled: &mut Vec<Settled>) {
        let now_ms = self.core.now_ms;
        if settled.iter().any(|one| one.durable) {
            self.core.shared.log.took();
        }
        for Settled { token, durable } in settled.drain(..) {
            if !durable {
                self.core.counters.records_failed.increment(1);
                self.core.shared.log.did_not_take(now_ms);
            }
            let Some(slot) = self.core.steps.settle(token, durable) else {
                continue;
            };
            if let Some(connection) = self.connections.get_mut(slot) {
                let protocol = connection.link.protocol();
                self.core.release(slot, &mut connection.state, protocol);
                if connection.state.ending.is_some() && !connection.state.listed {
                    connection.state.listed = true;
                    self.core.to_write.push(slot);
                }
            }
        }
    }

    /// Writes the answers of all connections that have some.
    pub(super) fn write_all(&mut self) {
        for slot in std::mem::take(&mut self.core.to_write) {
            if let Some(connection) = self.connections.get_mut(slot) {
                connection.state.listed = false;
                self.write(slot);
            }
        }
    }

    pub(super) fn write(&mut self, slot: usize) {
        let Some(connection) = self.connections.get_mut(slot) else {
            return;
        };
        let written = match connection.channel {
            Channel::Tcp(_) | Channel::Tls(_) => connection.write(),
            Channel::Udp { port, .. } => Ok(self.mailboxes[port].send(connection, &self.core.counters)),
        };
        match written {
            Ok(count) => {
                connection.state.totals.bytes_out += count as u64;
                self.core.counters.bytes_out.increment(count as u64);
                if connection.state.unsent.len() > self.core.shared.config.limits.unsent_bytes {
                    return self.close(slot, Reason::Flood);
                }
                if connection.state.ending.is_some() && connection.settled() {
                    self.finish(slot);
                }
            }
            Err(error) => {
                tracing::debug!(%error, "answers could not be written");
                self.close(slot, Reason::Error);
            }
        }
    }
}
