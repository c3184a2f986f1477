//! How features register the functions they answer.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::IntoSystem;

use crate::dispatch::handler::{Handler, Handlers, Simple, Waiting};
use crate::request::{Answer, Call, Request, RequestTable, Waits};

/// How a feature registers its functions.
pub trait RequestApp {
    /// Registers a handler that answers at once.
    fn add_request<R: Request, M>(
        &mut self,
        handler: impl IntoSystem<In<Call<R>>, Answer<R::Reply>, M> + 'static,
    ) -> &mut Self;

    /// Registers a handler that may have to wait for something outside the world; it is run again from the start when
    /// that has arrived.
    fn add_waiting_request<R: Request + Clone, M>(
        &mut self,
        handler: impl IntoSystem<In<Call<R>>, Waits<R::Reply>, M> + 'static,
    ) -> &mut Self;
}

impl RequestApp for App {
    fn add_request<R: Request, M>(
        &mut self,
        handler: impl IntoSystem<In<Call<R>>, Answer<R::Reply>, M> + 'static,
    ) -> &mut Self {
        let handler = Simple::<R>::new(self.world_mut(), Box::new(IntoSystem::into_system(handler)));
        self.world_mut().resource_mut::<RequestTable>().add::<R>(false, handler.may_change());
        self.world_mut().resource_mut::<Handlers>().push(R::FUNCTION, Box::new(handler));
        self
    }

    fn add_waiting_request<R: Request + Clone, M>(
        &mut self,
        handler: impl IntoSystem<In<Call<R>>, Waits<R::Reply>, M> + 'static,
    ) -> &mut Self {
        let handler = Waiting::<R>::new(self.world_mut(), Box::new(IntoSystem::into_system(handler)));
        self.world_mut().resource_mut::<RequestTable>().add::<R>(true, handler.may_change());
        self.world_mut().resource_mut::<Handlers>().push(R::FUNCTION, Box::new(handler));
        self
    }
}
