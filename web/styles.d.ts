/** Style sheets are bundled by Vite; importing one has only an effect. */
declare module '*.css'
