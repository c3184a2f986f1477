//! Wakes tasks of one thread from others, many with one system call. A task that is woken from its own thread costs none anyhow.

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use tokio::sync::Notify;

thread_local! {
    /// The address of the current thread's own.
    static OWN: Cell<usize> = const { Cell::new(0) };
}

/// The tasks of a thread that are to be woken.
#[derive(Debug, Default)]
pub(super) struct WakeUps {
    due: Mutex<Vec<Waker>>,
    bell: Notify,
}

impl WakeUps {
    /// Those of the current thread, which runs [`serve`](Self::serve) for as long as it lives.
    pub(super) fn of_this_thread() -> Arc<Self> {
        let own = Arc::new(Self::default());
        OWN.set(own.address());
        own
    }

    fn address(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self).addr()
    }

    /// Wakes a task of the thread.
    pub(super) fn wake(self: &Arc<Self>, waker: Waker) {
        if OWN.get() == self.address() {
            return waker.wake();
        }
        let mut due = self.lock();
        due.push(waker);
        let is_first = due.len() == 1;
        drop(due);
        if is_first {
            self.bell.notify_one();
        }
    }

    /// Wakes whatever is due, for ever.
    pub(super) async fn serve(&self) {
        let mut taken = Vec::new();
        loop {
            self.bell.notified().await;
            std::mem::swap(&mut *self.lock(), &mut taken);
            taken.drain(..).for_each(Waker::wake);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn tasks_of_another_thread_are_woken_by_that_thread_and_own_ones_at_once() {
        let count = Arc::new(Count::default());
        let waker = || Waker::from(count.clone());
        let woken = || count.0.load(Ordering::SeqCst);
        let other = std::thread::spawn(WakeUps::of_this_thread).join().expect("the thread should end well");
        let own = WakeUps::of_this_thread();
        own.wake(waker());
        assert_eq!(woken(), 1, "nothing is between a thread and its own tasks");
        (0..3).for_each(|_| other.wake(waker()));
        assert_eq!(woken(), 1, "another thread is only told");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = other.serve() => {}
                () = tokio::task::yield_now() => {}
            }
        });
        assert_eq!(woken(), 4, "it wakes all of them");
    }
}
